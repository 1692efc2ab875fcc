"""The commands of the command line, by what they are for; ``flows.cli`` puts them together."""
