"""What several rooms' tests need: a scripted provider on loopback, a clock that does not wait, sample models."""
