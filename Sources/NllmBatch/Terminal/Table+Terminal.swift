import NllmCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

extension Table {
    /// The table for standard output; if that is a terminal too narrow for it, one block of lines per row.
    var text: String {
        let columns = Terminal(STDOUT_FILENO)?.columns
        return (fits(columns) ? lines(columns: columns) : blocks).joined(separator: "\n")
    }
}
