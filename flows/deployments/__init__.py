"""What the Prefect UI offers: for each deployment a flow whose form people can read."""
