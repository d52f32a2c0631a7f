// a page that was opened as a file cannot read others, from which the search takes its excerpts
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
