/// The JSON Schema of suites, which editors use.
package enum SuiteSchema {
    /// docs/schema/suite.schema.json, without the line break at its end.
    package static var text: String {
        String(decoding: PackageResources.suite_schema_json.dropLast(), as: UTF8.self)
    }
}
