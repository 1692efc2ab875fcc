"""Prompts that look as if real users had typed them: by rule, in the traits of their messages."""
