"""Sluice's model kit: digits drawn from seeds, small ADM networks trained on them, bundles exported and measured."""
