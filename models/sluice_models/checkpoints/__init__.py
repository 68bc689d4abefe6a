"""Public checkpoints into bundles: read a file as its owner publishes it, recognise what it is, write, and verify.

``reading`` opens files without running any of their code, ``recognition`` compares names and shapes with the published
configurations, ``compvis`` translates names, ``vocabularies`` make tokenizer files, ``families`` put networks and facts
together, and ``writing`` makes the bundle whole or not at all.
"""
