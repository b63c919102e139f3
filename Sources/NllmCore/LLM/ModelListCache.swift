internal import Crypto
internal import FoundationEssentials
internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What `llm models list` and `llm models default` printed a short while ago, in the user's cache folder.
///
/// `llm` needs a second or more for either. What is cached is used for ten minutes, and only while the packages that are
/// installed beside `llm` and the files in its user folder are the same. Plugins may list what no file shows, such as the
/// models of a local server, so a name that is missing from a cached list has to be looked up in a new one.
struct ModelListCache {
    /// What is cached.
    enum Content: String {
        case list = "models"
        case defaultModel = "default-model"
    }

    /// In seconds.
    private static let lifetime = 600.0
    /// A user folder with more files than this is not looked through.
    private static let fileLimit = 1000

    private let folder = UserFolder.cache
    private let path: String

    /// - Returns: nil for a program whose installation is of an unknown kind, because its changes cannot be noticed.
    init?(_ program: LLMProgram, _ content: Content = .list) {
        guard let packages = program.sitePackages, let installed = FileStatus(packages),
            let files = Self.files(in: LLMUserFolder.path(in: AbsolutePath.current))
        else { return nil }
        let variables = ["LLM_LOAD_PLUGINS", "PYTHONPATH"].map { EnvironmentVariable.value($0) ?? "" }
        let facts = [program.path, packages, "\(installed.modified.timeIntervalSince1970)"] + variables + files
        let digest = Hexadecimal.text(SHA256.hash(data: JSONWriter.stored(.strings(facts))))
        path = folder + "/\(content.rawValue)-\(digest.prefix(32)).json"
    }

    /// Reads what was printed.
    ///
    /// - Parameter lifetime: in seconds.
    /// - Returns: nil if there is nothing that is new enough.
    func read(lifetime: Double = lifetime) -> String? {
        guard let status = FileStatus(path), Self.isNew(status, lifetime),
            let bytes = try? FileReader(path: path).rest(limit: 1 << 24)
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Keeps what was printed, and removes what is outdated; that it cannot be kept is not an error.
    func write(_ text: String) {
        if (try? Directory.create(folder)) == true { chmod(folder, PrivateFiles.folderMode) }
        let manager = FileManager.default
        for name in (try? manager.contentsOfDirectory(atPath: folder)) ?? [] where name.contains("model") {
            let old = folder + "/" + name
            if let status = FileStatus(old), !Self.isNew(status, Self.lifetime) { unlink(old) }
        }
        // Others may be writing the same.
        let new = path + "-" + UUID().uuidString
        guard (try? AtomicFile.write(text.utf8, to: new)) != nil else { return }
        if rename(new, path) != 0 { unlink(new) }
    }

    private static func isNew(_ status: FileStatus, _ lifetime: Double) -> Bool {
        // A clock that was set back makes no list last longer.
        (0..<lifetime).contains(Date().timeIntervalSince(status.modified))
    }

    /// The files in `llm`'s user folder, in a form that changes when one of them does; nil if there are too many.
    private static func files(in root: String) -> [String]? {
        var (files, folders, count) = ([String](), [""], 0)
        while let folder = folders.popLast() {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: root + "/" + folder)) ?? []
            count += names.count
            guard count <= fileLimit else { return nil }
            for name in names.map({ folder + $0 }) {
                let path = root + "/" + name
                if FileStatus(path)?.kind == .directory { folders.append(name + "/") }
                // Each request changes these.
                guard !name.hasPrefix("logs.db"), !name.hasPrefix("embeddings.db"),
                    let status = FileStatus(path, followingLinks: true), status.kind == .regular
                else { continue }
                files.append("\(name) \(status.size) \(status.modified.timeIntervalSince1970)")
            }
        }
        return files.sorted()
    }
}

extension LLMProgram {
    /// The models that it knows, perhaps as of a short while ago.
    ///
    /// - Parameter names: models that a cached list must have.
    /// - Returns: the models; nil if it does not report them, as a program that only behaves like `llm` may not.
    func models(naming names: [String]) async -> ModelCatalogue? {
        await listing(naming: names).flatMap { ModelCatalogue(listing: $0) }
    }

    /// The models that it knew when it was asked last, or now if one of these is missing; nil if it was never asked.
    func rememberedModels(naming names: [String]) async -> ModelCatalogue? {
        guard let cached = ModelListCache(self)?.read(lifetime: .infinity) else { return nil }
        if let catalogue = ModelCatalogue(listing: cached, naming: names) { return catalogue }
        return await models(naming: names)
    }

    /// The types of the options of these models; nil if `llm` does not report them.
    func optionTypes(of models: [String]) async -> OptionTypes? {
        await listing(naming: models).flatMap { OptionTypes(listing: $0) }
    }

    /// The list of models with their options, which has these names if it is a cached one.
    private func listing(naming names: [String]) async -> String? {
        if let cached = ModelListCache(self)?.read(), ModelCatalogue(listing: cached, naming: names) != nil {
            return cached
        }
        // Found before `llm` is asked, so that a change in the meantime makes the list an outdated one.
        let cache = ModelListCache(self)
        guard let listing = await listing(), ModelCatalogue(listing: listing) != nil else { return nil }
        cache?.write(listing)
        return listing
    }

    /// The model that `llm` uses if none is named, perhaps as of a short while ago.
    public func defaultModel() async throws(NllmError) -> String {
        if let name = EnvironmentVariable.value("LLM_MODEL") { return name }
        let cache = ModelListCache(self, .defaultModel)
        if let cached = cache?.read() { return cached }
        let name = try await reportedDefaultModel()
        cache?.write(name)
        return name
    }
}

extension ModelCatalogue {
    /// Reads a list; nil if one of these models is not in it.
    fileprivate init?(listing: String, naming names: [String]) {
        self.init(listing: listing)
        guard names.allSatisfy({ id(of: $0) != nil }) else { return nil }
    }
}
