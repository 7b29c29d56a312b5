"""Who may see and do what: people, organisations, roles, rights and the rows they see."""
