/// A model of a run, and how often each prompt is sent to it at most.
struct AnsweredModel {
    var label: String
    var samples: Int
}
