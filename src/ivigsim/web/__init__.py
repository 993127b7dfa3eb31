"""The web page and the JSON API: faces over the rest, with limits so that many can use one machine."""
