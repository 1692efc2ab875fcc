"""What runs, when and where: the Prefect flow, its steps, and the command line."""
