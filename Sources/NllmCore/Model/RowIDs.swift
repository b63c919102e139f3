/// The tables to whose rows ids refer.
package enum Tables {
    package enum Runs {}
    package enum Prompts {}
    package enum Models {}
    package enum Cells {}
    package enum Attempts {}
    package enum Workers {}
    package enum Gradings {}
    package enum Grades {}
}

package typealias RunID = RowID<Tables.Runs>
package typealias PromptID = RowID<Tables.Prompts>
package typealias ModelID = RowID<Tables.Models>
package typealias CellID = RowID<Tables.Cells>
package typealias AttemptID = RowID<Tables.Attempts>
package typealias WorkerID = RowID<Tables.Workers>
package typealias GradingID = RowID<Tables.Gradings>
package typealias GradeID = RowID<Tables.Grades>
