"""Seeds and teachers in, records out: the planner, the teachers, the methods and their prompts."""
