import Glibc

/// The process's limit on open descriptors.
enum DescriptorLimit {
    /// Raises the soft limit to what is needed, as far as the hard limit allows.
    static func raise(to count: Int) {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < rlim_t(count) else { return }
        limit.rlim_cur = min(rlim_t(count), limit.rlim_max)
        _ = setrlimit(resource, &limit)
    }
}
