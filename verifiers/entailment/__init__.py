"""A model's word on claims that no exact check decides: a cross-encoder, or a teacher as a judge.

Each gives one answer per pair of claim and evidence; what follows from it is decided elsewhere
(:mod:`verifiers.second_opinion`).
"""
