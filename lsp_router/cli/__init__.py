"""Commands for people and CI: parse words, call what is below, print. Knows everything, decides nothing."""
