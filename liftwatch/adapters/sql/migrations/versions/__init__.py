"""One module a step, `vNNNN_what`; a step that was released is never changed."""
