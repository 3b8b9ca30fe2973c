using System.Runtime.CompilerServices;
using Gantry.Migrations.Check.Measuring;

namespace Gantry.Migrations.Tests.Corpus;

/// <summary>The corpus beside this file, and the repository around it.</summary>
internal static class CorpusFiles
{
    public static CorpusFolder Read() => CorpusFolder.Read(Folder());

    public static string Repository() => Path.GetFullPath(Path.Combine(Folder(), "..", "..", ".."));

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
