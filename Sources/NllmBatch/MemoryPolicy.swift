#if canImport(Glibc)
    import Glibc
#endif

/// How freed memory is treated in this process.
enum MemoryPolicy {
    /// Has what a large answer took given back to the system as soon as it is not needed any more.
    ///
    /// The C library of Linux otherwise keeps blocks of a size that was freed once, and what several large answers took
    /// one after the other adds up.
    static func giveBackLargeBlocks() {
        #if canImport(Glibc)
            typealias Function = @convention(c) (Int32, Int32) -> Int32
            // From <malloc.h>, which Swift's module of the library leaves out.
            let threshold: Int32 = -3
            guard let address = dlsym(nil, "mallopt") else { return }
            _ = unsafeBitCast(address, to: Function.self)(threshold, 1 << 18)
        #endif
    }
}
