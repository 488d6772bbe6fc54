"""Saliency from the features of a trained network: the one room of the crop that loads torch."""
