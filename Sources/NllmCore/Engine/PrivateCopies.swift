internal import Crypto
internal import FoundationEssentials
internal import Synchronization
internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Copies of the files that requests are made of, so that what is sent is what was counted, whatever happens to the
/// files meanwhile.
///
/// A copy is compared with the digest when it is made, serves all cells of this worker that need it, and never changes.
actor PrivateCopies {
    /// What copies that no cell needs now may take, in bytes.
    private static let idleLimit = 256 << 20
    /// What a file takes beside its content, in bytes.
    private static let overhead = 8 << 10

    private nonisolated let executor = BlockingExecutor(label: "files")
    /// Reading large files must not hold up other tasks.
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let mark: String
    /// Where removing finds it, from any thread; made when it is first needed.
    private let folder = Mutex<WorkerFolder?>(nil)
    private var copies: [RequestFile: Copy] = [:]
    /// What the copies without users take, in bytes.
    private var idleSize = 0
    private var clock = 0

    private struct Copy {
        var path: String
        var size: Int
        var users = 0
        /// When it was last given back.
        var lastUse = 0
    }

    /// Why a request can't be made.
    enum Failure: Error, Equatable {
        /// A file of it is not what it was when the cell was enqueued.
        case changed(String)
        /// Copies can't be made here at all.
        case impossible(String)
    }

    /// A request over copies, which are there until it is given back.
    struct Loan: Sendable {
        var request: LLMRequest
        fileprivate(set) var restoring = PathRestoring()
        fileprivate var files: [RequestFile] = []
    }

    /// - Parameter mark: tells this worker from all others.
    init(mark: String) {
        self.mark = mark
    }

    /// The request with copies in place of its files.
    func lend(_ request: LLMRequest) throws(Failure) -> Loan {
        var loan = Loan(request: request)
        do throws(Failure) {
            if let file = request.files.schema { loan.request.schema = try name(file, &loan) }
            for file in request.files.attachments {
                let copy = try name(file, &loan)
                loan.request.attachments = loan.request.attachments.map { $0 == file.value ? copy : $0 }
            }
            var names: [RequestFile: String] = [:]
            // What nothing was found for stays as it was written.
            for file in request.files.arguments {
                let name = try name(file, &loan)
                if file.digest != nil { names[file] = name }
            }
            loan.request.arguments = LLMArguments(request.arguments).renamingFiles { flag in
                RequestFile.named(flag.values[0], by: flag.name, in: request.files.arguments).flatMap { names[$0] }
            }
        } catch {
            giveBack(loan)
            throw error
        }
        // They have done their part.
        loan.request.files = RequestFiles()
        return loan
    }

    /// Says that the request has ended.
    func giveBack(_ loan: Loan) {
        clock += 1
        for file in loan.files {
            guard var copy = copies[file] else { continue }
            copy.users -= 1
            copy.lastUse = clock
            if copy.users == 0 { idleSize += copy.size }
            copies[file] = copy
        }
        if idleSize > Self.idleLimit { removeIdle() }
    }

    /// Removes those that were not used for the longest time, many at once, so that this is seldom done.
    private func removeIdle() {
        let idle = copies.filter { $0.value.users == 0 }.sorted { $0.value.lastUse < $1.value.lastUse }
        for (file, copy) in idle where idleSize > Self.idleLimit / 2 {
            idleSize -= copy.size
            copies[file] = nil
            unlink(copy.path)
            rmdir(AbsolutePath.parent(copy.path))
        }
    }

    /// Removes all copies.
    nonisolated func remove() {
        folder.withLock { folder in
            folder?.remove()
            folder = nil
        }
    }

    // MARK: One file

    /// What `llm` is given in place of what was written.
    private func name(_ file: RequestFile, _ loan: inout Loan) throws(Failure) -> String {
        guard let digest = file.digest else {
            var search = LLMFileSearch(directory: loan.request.existingDirectory)
            guard let there = try? search.file(file.flag, file.value), there.digest != nil else { return file.value }
            throw .changed("`\(file.value)` was not there when the cell was enqueued" + Self.remedy)
        }
        let name: String
        if let path = file.path {
            name = try copy(file, path, digest: digest, &loan)
        } else {
            // `llm` has it under its hash, where it never changes.
            name = digest
        }
        loan.restoring.add(name, writtenAs: file.writtenPath)
        return file.isSchemaOfTemplate ? "t:" + name : name
    }

    private func copy(
        _ file: RequestFile, _ path: String, digest: String, _ loan: inout Loan
    ) throws(Failure) -> String {
        // A template's copy has the names of the copies of its files.
        var names: [RequestFile: String] = [:]
        for part in file.parts { names[part] = try name(part, &loan) }
        if let known = copies[file], access(known.path, R_OK) == 0 {
            borrow(file, &loan)
            return known.path
        }
        let target = try place(of: file, path)
        do throws(VerifiedCopy.Problem) {
            let size = try VerifiedCopy.make(of: path, at: target, digest: digest, edit: Self.edit(file, names))
            // A damaged one is replaced under the same name.
            let users = copies[file]?.users ?? 0
            if users == 0 { idleSize += size + Self.overhead - (copies[file]?.size ?? 0) }
            copies[file] = Copy(path: target, size: size + Self.overhead, users: users)
        } catch {
            throw Self.failure(error, path)
        }
        borrow(file, &loan)
        return target
    }

    private func borrow(_ file: RequestFile, _ loan: inout Loan) {
        if let copy = copies[file], copy.users == 0 { idleSize -= copy.size }
        copies[file]?.users += 1
        loan.files.append(file)
    }

    /// What is done to a file's content: a byte order mark is not part of a text.
    private static func edit(_ file: RequestFile, _ names: [RequestFile: String]) -> (([UInt8]) -> [UInt8])? {
        guard !file.isAttachment else { return nil }
        return { bytes in
            guard !file.parts.isEmpty else { return ByteOrderMark.removed(from: bytes) }
            let renamed = TemplateText(bytes).renaming { flag, value in
                RequestFile.named(value, by: flag, in: file.parts).flatMap { names[$0] } ?? value
            }
            // Such a template was refused before it was enqueued.
            return renamed ?? []
        }
    }

    private static func failure(_ failure: VerifiedCopy.Problem, _ path: String) -> Failure {
        switch failure {
        case .changed: .changed("`\(path)` has changed since the cell was enqueued" + remedy)
        case .unreadable(let error):
            .changed("`\(path)` can't be read as it was when the cell was enqueued: \(error.reason)" + remedy)
        case .impossible(let error):
            .impossible("no private copy of `\(path)` can be made at \(error.path): \(error.reason)")
        }
    }

    private static let remedy = "; enqueue the prompts again, or restore the file and run `nllm-batch retry`"

    // MARK: The folder

    /// Where a copy belongs: always the same place for the same file, so that equal requests stay equal.
    private func place(of file: RequestFile, _ path: String) throws(Failure) -> String {
        do throws(FileError) {
            let folder = try self.folder.withLock { folder throws(FileError) in
                if let folder { return folder }
                let made = try WorkerFolder(name: mark)
                folder = made
                return made
            }
            let digest = SHA256.hash(data: JSONWriter.line(file.json))
            let place = folder.path + "/" + Hexadecimal.text(digest.prefix(16))
            guard mkdir(place, 0o700) == 0 || errno == EEXIST else {
                throw FileError(Errno(rawValue: errno), path: place)
            }
            let target = place + "/" + Self.fileName(file, path)
            // One that was damaged from outside.
            unlink(target)
            return target
        } catch {
            throw .impossible("no private copy of `\(path)` can be made at \(error.path): \(error.reason)")
        }
    }

    /// The copy's name, by whose ending `llm` decides what is in it: for an attachment that of the file behind all
    /// links.
    private static func fileName(_ file: RequestFile, _ path: String) -> String {
        var path = path
        if file.isAttachment, let real = realpath(path, nil) {
            path = String(cString: real)
            free(real)
        }
        let name = AbsolutePath.name(path).utf8.suffix(100).map { byte in
            byte.isAlphanumeric || ".-_".utf8.contains(byte) ? byte : UInt8(ascii: "_")
        }
        let text = String(decoding: name, as: UTF8.self)
        return [".", ".."].contains(text) ? "_" : text
    }
}

extension RequestFile {
    fileprivate var isSchemaOfTemplate: Bool {
        flag.hasPrefix("--schema") && value.drop { $0.isWhitespace }.hasPrefix("t:")
    }

    /// How a message is to name the file.
    fileprivate var writtenPath: String {
        isSchemaOfTemplate ? String(value.drop { $0.isWhitespace }.dropFirst(2)) : value
    }
}
