import Foundation
import Testing

@testable import NllmCore

/// What a night comes to, and how it is stored.
@Suite struct NightResultTests {
    @Test func aNightIsGatheredFromItsParts() throws {
        let night = try NightScene.night()
        #expect(night.passed == false)
        #expect(night.regressed == true)
        #expect(night.gates.map(\.result) == [.passed, .failed, .cannotBeEvaluated])
        #expect(night.models.map(\.label) == ["gpt", "new"])
        #expect(night.goneModels == ["old"])
        let gpt = try #require(night.models[0].comparison)
        #expect(gpt.broken.map(\.id) == ["q2", "q1"])
        // What broke tonight is broken since this night was created.
        #expect(gpt.broken[1].since == NightScene.created)
        #expect(gpt.flaky == ["q3"])
        #expect(gpt.gone == ["q4"])
        #expect(gpt.compared == 53)
        #expect(!gpt.text.hasPrefix("gpt"))
        #expect(night.models[1].comparison?.verdict == .new)
    }

    @Test func withoutGatesAndHistoryNothingIsSaidAboutThem() {
        let night = NightResult(
            NightRun(name: "r", createdAt: NightScene.created, evaluatedAt: NightScene.evaluated),
            figures: NightFigures(), outcomes: [], models: [NightModel.Facts(label: "m")])
        #expect(night.passed == nil)
        #expect(night.regressed == nil)
        #expect(night.models[0].comparison == nil)
        for name in ["series", "passed", "regressed", "pass_rate", "baseline", "judging", "confirming"] {
            #expect(night.json[name] == .null, "\(name)")
        }
        #expect(night.json.elements("models")[0]["verdict"] == .null)
        #expect(night.json.elements("models")[0]["compared"] == .null)
    }

    @Test func readingGivesBackWhatWasWritten() throws {
        var nights = [try NightScene.night()]
        nights.append(
            NightResult(
                NightRun(
                    name: "r", createdAt: NightScene.created, evaluatedAt: NightScene.evaluated, state: .blocked),
                figures: NightFigures(), outcomes: [], models: [NightModel.Facts(label: "m")]))
        for night in nights {
            let stored = JSONWriter.stored(night.json)
            let read = try NightResult(json: JSONParser.parse(stored))
            #expect(read == night)
            #expect(JSONWriter.stored(read.json) == stored)
        }
    }

    @Test func theNamesOfMembersStay() throws {
        let json = try NightScene.night().json
        guard case .object(let members) = json, case .object(let ofModel)? = json.elements("models").first else {
            Issue.record("not an object")
            return
        }
        #expect(
            members.map(\.name).joined(separator: " ")
                == "run series created_at evaluated_at state passed regressed pass_rate score cells errors no_verdicts "
                + "latency_p95 cost unknown_costs baseline gates models gone_models metrics judging confirming events "
                + "excerpts")
        #expect(
            ofModel.map(\.name).joined(separator: " ")
                == "label verdict text pass_rate score cells errors no_verdicts latency_p95 cost unknown_costs passed "
                + "failed interval tokens_in tokens_out drop bound p compared broken flaky unconfirmed not_asked new "
                + "gone without_verdict served")
        #expect(json["created_at"] == .string("2025-11-29T01:00:00.123Z"))
        #expect(json["metrics"] == .object([.init("none", .null), .init("tone", .number("0.5"))]))
    }

    @Test func theSchemaDescribesNights() throws {
        let run = NightRun(name: "r", createdAt: NightScene.created, evaluatedAt: NightScene.evaluated)
        let bare = NightResult(
            run, figures: NightFigures(), outcomes: [], models: [NightModel.Facts(label: "m")]
        ).json
        let full = try NightScene.night().json
        guard case .object(let members) = full else { return }
        let documents = [full, bare, .object(members + [.init("extra", .null)]), .object(Array(members.dropLast()))]
        let lines = documents.map { JSONWriter.line(.array([.string("night"), $0])) + [0x0A] }
        let output = try PythonScript.output("validate.py", input: Data(lines.joined()))
        let flaws = try output.split(separator: 0x0A).map { try JSONParser.parse($0).stringValue ?? "" }
        #expect(flaws.prefix(2) == ["", ""])
        #expect(flaws[2].contains("'extra' was unexpected"))
        #expect(flaws[3].contains("'excerpts' is a required property"))
    }

    @Test func numbersThatJSONDoesNotHaveAreUnknown() throws {
        var night = try NightScene.night()
        night.metrics = ["endless": .infinity, "none": .nan]
        night.totals.score = .nan
        let read = try NightResult(json: JSONParser.parse(JSONWriter.stored(night.json)))
        #expect(read.metrics == ["endless": nil, "none": nil])
        #expect(read.totals.score == nil)
    }

    @Test func everyIDIsKept() throws {
        var night = try NightScene.night()
        let ids = (0..<5000).map { "q\($0)" }
        night.models[0].comparison?.withoutVerdict = ids
        #expect(try NightResult(json: night.json).models[0].comparison?.withoutVerdict == ids)
    }

    @Test(arguments: [
        ("run", JSONValue.null, "`run` is missing"), ("state", .string("over"), "`state` is not as expected"),
        ("created_at", .string("2026-13-01T00:00:00.000Z"), "`created_at` is not as expected"),
        ("cells", .string("1"), "`cells` is not as expected"),
        ("events", .array([.null]), "`events` is not as expected"),
        ("gates", .array([.object([])]), "`gates.0.gate` is missing"),
        ("models", .array([.string("m")]), "`models.0.label` is missing"),
        ("pass_rate", .number("1e999"), "`pass_rate` is not as expected"),
    ]) func whatIsNoNightIsRefusedWithItsPlace(name: String, value: JSONValue, message: String) throws {
        guard case .object(var members) = try NightScene.night().json else { return }
        let position = try #require(members.firstIndex { $0.name == name })
        members[position].value = value
        let json = JSONValue.object(members)
        #expect(throws: NightFlaw(plainText: message)) { try NightResult(json: json) }
    }

    @Test func membersOfLaterVersionsAreNotLookedAt() throws {
        let night = try NightScene.night()
        guard case .object(let members) = night.json else { return }
        #expect(try NightResult(json: .object(members + [.init("later", .bool(true))])) == night)
    }

    @Test func excerptsAreShortAndHoldNoSecrets() {
        let key = "sk-" + "proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH"
        let excerpt = NightExcerpt(
            id: "q", label: "m", wholeReason: "a\nb",
            wholeAnswer: "key \(key)\u{1B}[2J\n" + String(repeating: "x", count: 300))
        #expect(excerpt.reason == "a b")
        #expect(!excerpt.answer.contains("abcdefghij"))
        #expect(!excerpt.answer.contains("\u{1B}"))
        #expect(excerpt.answer.unicodeScalars.count == 201)
        // A secret that begins within what is shown and ends beyond it.
        let late = NightExcerpt(
            id: "q", label: "m", wholeReason: "", wholeAnswer: String(repeating: ".", count: 190) + " " + key)
        #expect(late.answer.hasSuffix(" ***REDACT…"))
    }

    @Test func aTimeIsReadAsItIsWritten() {
        for text in ["2026-11-23T20:15:00.123Z", "1999-12-31T23:59:59.999Z", "2028-02-29T00:00:00.001Z"] {
            #expect(Timestamp.date(utc: text).map(Timestamp.utc) == text)
        }
        for text in ["", "2026-11-23T20:15:00Z", "2027-02-29T00:00:00.000Z", "2026-11-23T24:00:00.000Z"] {
            #expect(Timestamp.date(utc: text) == nil)
        }
    }
}
