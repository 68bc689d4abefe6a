"""Pictures that the kit draws itself, with what is in them, and the tokenizer of their captions."""
