"""The workspace as mapped files: how they are built, kept and asked. It must not know how guesses are made of them."""
