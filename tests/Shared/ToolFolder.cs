namespace Gantry.Testing;

/// <summary>A directory of programs for the front of somebody's PATH: each a script that prints what a vendor's tool would, and keeps what it was asked.</summary>
internal sealed class ToolFolder(string directory) : IDisposable
{
    public string Directory { get; } = System.IO.Directory.CreateDirectory(directory).FullName;

    /// <summary>Adds a program, or another in its place.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="script">What it does, for /bin/sh.</param>
    public void Put(string name, string script)
    {
        var path = Path.Combine(Directory, name);
        var draft = path + ".new";
        File.WriteAllText(draft, $"#!/bin/sh\nprintf '%s\\n' \"$*\" >> '{path}.asked'\n{script}\n");
        File.SetUnixFileMode(draft, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        File.Move(draft, path, overwrite: true);
    }

    /// <summary>An <c>nvidia-smi</c> that finds so many cards of a kind.</summary>
    public void PutNvidia(int count, string name = "NVIDIA H100 80GB HBM3", int memoryMib = 81559, string utilisation = "35", string used = "1024") =>
        Put("nvidia-smi", string.Join('\n', Enumerable.Range(0, count).Select(i => $"echo '{i}, GPU-00000000-0000-0000-0000-{i:d12}, {name}, {memoryMib}, {used}, {utilisation}, 0, [N/A], 9.0'")));

    /// <summary>How often a program was asked.</summary>
    public int Asked(string name) => File.Exists(Path.Combine(Directory, name + ".asked")) ? File.ReadAllLines(Path.Combine(Directory, name + ".asked")).Length : 0;

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
