"""The conventions of every route: declared scope, problems, idempotent requests, pages, ETags, bulk loads, tables."""
