"""The citizen panel's pages: plain HTML made on the server, for everybody and for members."""
