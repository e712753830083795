"""Random GraphQL, and what graphql-core makes of it."""
