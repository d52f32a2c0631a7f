"""Natural attention flow: fields that evolve on a manifold, and their singularities."""
