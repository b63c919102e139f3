#if canImport(Glibc)
    import Glibc
#endif

/// The treatment of freed memory in this process.
enum MemoryPolicy {
    /// Makes the memory of a large answer return to the system as soon as it is no longer needed.
    ///
    /// The C library of Linux otherwise keeps blocks of a size that was freed once, and the memory of consecutive large
    /// answers adds up.
    static func giveBackLargeBlocks() {
        #if canImport(Glibc)
            typealias Function = @convention(c) (Int32, Int32) -> Int32
            // From <malloc.h>, which Swift's module for the library omits.
            let threshold: Int32 = -3
            guard let address = dlsym(nil, "mallopt") else { return }
            _ = unsafeBitCast(address, to: Function.self)(threshold, 1 << 18)
        #endif
    }
}
