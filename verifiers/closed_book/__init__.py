"""What a model knows of a corpus when the book is closed, and whether it can still say it.

Facts, fluency and following instructions are three gauges and are never mixed: a student that is
re-trained on its own data loses facts first, while it writes as well as ever
(arXiv 2509.04796, "When Fluency Survives but Facts Fail").
"""
