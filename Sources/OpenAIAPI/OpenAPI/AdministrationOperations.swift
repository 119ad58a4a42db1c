import OrderedJSON

/// The endpoints for keys of the scope `admin`.
enum AdministrationOperations {
    static let all = accounts + keys

    private static let errors = [400, 401, 403, 404, 409, 500, 503]
    private static let answer = Operation.Answer(mediaType: "application/json", schema: .anyObject)
    private static let name = OperationParameter(
        name: "name",
        place: .path,
        schema: Schema.string.with("minLength", 1),
        text: "The account's name."
    )
    private static let id = OperationParameter.id("The key's id.")
    private static let idempotencyKey = OperationParameter(
        name: "Idempotency-Key",
        place: .header,
        schema: Schema.string.with("minLength", 1).with("maxLength", 255),
        text: "The same again is not done twice."
    )

    private static let accounts = [
        get("/v1/admin/accounts", "listAccounts", "Lists all accounts"),
        post("/v1/admin/accounts", "createAccount", "Opens an account", .newAccount),
        get("/v1/admin/accounts/{name}", "getAccount", "Shows an account", [name]),
        post("/v1/admin/accounts/{name}", "changeAccount", "Changes terms of an account", .accountChange, [name]),
        post(
            "/v1/admin/accounts/{name}/grants",
            "grant",
            "Pays money in, raises a cap or gives thinking credits",
            .grant,
            [name, idempotencyKey],
            errors: errors + [422]
        ),
        post("/v1/admin/accounts/{name}/close", "closeAccount", "Closes an account for good", .accountClosing, [name]),
    ]

    private static let keys = [
        get(
            "/v1/admin/keys",
            "listKeys",
            "Lists keys by their ids",
            [
                OperationParameter(
                    name: "account",
                    place: .query,
                    schema: .string,
                    text: "Only the keys of this account."
                )
            ]
        ),
        post("/v1/admin/keys", "createKey", "Makes a key and shows it once", .newKey, [idempotencyKey]),
        get("/v1/admin/keys/{id}", "getKey", "Shows what is agreed about a key", [id]),
        post("/v1/admin/keys/{id}", "changeKey", "Changes what is agreed about a key", .keyChange, [id]),
        post("/v1/admin/keys/{id}/rotate", "rotateKey", "Gives a key a new text and shows it once", .keyRotation, [id]),
        post("/v1/admin/keys/{id}/revoke", "revokeKey", "Ends a key at once and for good", .keyRevocation, [id]),
    ]

    private static func get(
        _ path: String,
        _ operation: String,
        _ summary: String,
        _ parameters: [OperationParameter] = []
    ) -> Operation {
        Operation(
            method: "get",
            path: path,
            name: operation,
            summary: summary,
            parameters: parameters,
            answers: [answer],
            errors: errors
        )
    }

    private static func post(
        _ path: String,
        _ operation: String,
        _ summary: String,
        _ form: AdministrationBody.Form,
        _ parameters: [OperationParameter] = [],
        errors: [Int] = AdministrationOperations.errors
    ) -> Operation {
        Operation(
            method: "post",
            path: path,
            name: operation,
            summary: summary,
            parameters: parameters,
            body: form.table.schema,
            needsBody: form.table.parameters.contains(where: \.isRequired),
            answers: [answer],
            errors: errors
        )
    }
}
