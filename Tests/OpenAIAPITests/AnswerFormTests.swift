import OpenAIAPI
import OrderedJSON
import Testing

@Suite struct AnswerFormTests {
    @Test(
        "every way to ask for a form arrives with its path",
        arguments: [
            (#""response_format": {"type": "json_object"}"#, AnswerForm.jsonObject, "response_format"),
            (
                #""response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"a": 1}}}"#,
                .jsonSchema(["a": 1]), "response_format.json_schema.schema"
            ),
            (#""structured_outputs": {"json": "{\"a\": 1}"}"#, .jsonSchema(["a": 1]), "structured_outputs.json"),
            (#""structured_outputs": {"json_object": true}"#, .jsonObject, "structured_outputs.json_object"),
            (#""guided_json": {"a": 1}"#, .jsonSchema(["a": 1]), "guided_json"),
            (#""regex": "a""#, .regex("a"), "regex"),
            (
                #""output_config": {"format": {"type": "json_schema", "schema": {"a": 1}}}"#, .jsonSchema(["a": 1]),
                "output_config.format.schema"
            ),
            (#""json_schema": {"a": 1}"#, .jsonSchema(["a": 1]), "json_schema"),
            (#""guided_choice": ["a", "b"]"#, .words(["a", "b"]), "guided_choice"),
            (#""grammar": "root ::= x""#, .grammar("root ::= x"), "grammar"),
            (#""response_format": {"type": "text"}, "grammar": """#, .free, ""),
        ]
    )
    func forms(members: String, form: AnswerForm, path: String) throws {
        let requested = try ChatBody.read(members).options.form
        #expect(requested.form == form && requested.path == path)
    }

    @Test(
        "forms that are none, and two at once, are refused",
        arguments: [
            (#""response_format": "text""#, "response_format"), (#""response_format": {}"#, "response_format.type"),
            (#""response_format": {"type": "yaml"}"#, "response_format.type"), (#""regex": """#, "regex"),
            (#""response_format": {"type": "json_schema", "json_schema": {}}"#, "response_format.json_schema.name"),
            (#""regex": "a", "guided_regex": "b""#, "guided_regex"), (#""guided_json": "{""#, "guided_json"),
            (#""structured_outputs": {"structural_tag": "a"}"#, "structured_outputs.structural_tag"),
        ]
    )
    func refused(members: String, param: String) throws {
        #expect(try ChatBody.error(members).param == param)
    }
}
