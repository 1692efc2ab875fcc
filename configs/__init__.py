"""What a run is asked to do: the recipe models, their loader, and the shipped recipes."""
