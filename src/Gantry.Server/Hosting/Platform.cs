// Hosts of jobs, and the server beside them, are Unix machines: file modes, Unix sockets and process groups are used throughout.
[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
