"""`guardsh demo`: the founding case played in a throw-away directory, against a stand-in for the provider's API."""
