"""Reading of `/openapi.json` for tests."""


def closed(document):
    """The document for a stricter reading: answers have no member that it does not name, and no status is left over."""

    def close(schema):
        if isinstance(schema, list):
            return [close(element) for element in schema]
        if not isinstance(schema, dict):
            return schema
        schema = {name: close(value) for name, value in schema.items()}
        return {**schema, "additionalProperties": False} if "properties" in schema else schema

    schemas = document["components"]["schemas"]
    schemas.update({name: close(schema) for name, schema in schemas.items() if not name.endswith("Request")})
    for methods in document["paths"].values():
        for operation in methods.values():
            del operation["responses"]["default"]
    return document
