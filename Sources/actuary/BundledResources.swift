import Foundation

/// Finds the files that belong to the program: the built-in model and the questions of the bench.
///
/// They lie in a folder beside the executable and move together with it. The accessor that the package manager
/// generates is not used: it ends the process when the folder is missing.
enum BundledResources {
    /// The name that the package manager gives the folder: package, target.
    private static let folderName = "actuary_actuary.resources"

    /// The path of a file or folder among the resources, for example `"actuary-embedded"`.
    ///
    /// - Throws: `CommandFailure.unavailable` if it is not there.
    static func path(_ name: String) throws(CommandFailure) -> String {
        try path(name, beside: executable)
    }

    /// The same for any executable; a symbolic link to it counts as the file it leads to.
    static func path(_ name: String, beside executable: URL) throws(CommandFailure) -> String {
        let folder = executable.resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent(folderName, isDirectory: true)
        let resource = folder.appendingPathComponent(name)
        guard FileManager.default.fileExists(atPath: resource.path) else {
            throw .unavailable("\(resource.path) is missing: keep the folder \(folderName) beside the program")
        }
        return resource.path
    }

    private static var executable: URL {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    }
}
