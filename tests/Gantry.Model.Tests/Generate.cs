using FsCheck;
using FsCheck.Fluent;
using Gantry.Model.Configurations;
using Gantry.Model.Values;

namespace Gantry.Model.Tests;

/// <summary>Random values of the language, as a reader could have given them.</summary>
internal static class Generate
{
    public static Gen<int> Count { get; } = Gen.Choose(0, 1000);

    /// <summary>Sizes in GB: whole ones, halves, and whole MB.</summary>
    public static Gen<double> Size { get; } = Gen.OneOf(
        Gen.Choose(0, 4096).Select(value => (double)value),
        Gen.Choose(1, 9999).Select(value => value / 10.0),
        Gen.Choose(1, 100_000).Select(value => value / 1024.0));

    public static Gen<Range<int>> Counts { get; } = Ranges(Count);

    public static Gen<Range<double>> Sizes { get; } = Ranges(Size);

    public static Gen<TimeSpan> Duration { get; } = Gen.OneOf(
        Gen.Choose(0, 100_000).Select(value => TimeSpan.FromSeconds(value)),
        Gen.Choose(1, 500).Select(value => TimeSpan.FromHours(value)),
        Gen.Choose(1, 50).Select(value => TimeSpan.FromDays(value * 7)));

    public static Gen<DurationOrOff> DurationOrOff { get; } =
        Gen.OneOf(Duration.Select(value => new DurationOrOff(value)), Gen.Constant(Model.Values.DurationOrOff.Off));

    public static Gen<string> Word { get; } = Letters("abcdefghijklmnopqrstuvwxyz0123456789-", 1, 12).Select(rest => "a" + rest);

    /// <summary>Any text at all but NUL: quotes, newlines, colons, other scripts, surrogate pairs, what YAML would take for something else.</summary>
    public static Gen<string> Text { get; } = Gen.OneOf(
        Letters("abc XYZ019:#-{}[]&*!|>'\"%@`\\/\n\t=,~?$.äß漢", 0, 20),
        Gen.Elements("", "yes", "off", "null", "~", "3.10", "0755", "22:22", "1e3", "- a", "a: b", "<<", "=", "😀", "\u0085", "\u2028", "${{ env.X }}", " lead", "trail "));

    public static Gen<string> Path { get; } = Letters("abc/._-", 0, 12).Select(rest => "/" + rest);

    public static Gen<CpuSpec> Cpu { get; } =
        from arch in OrNull(AnyOf<CpuArchitecture>())
        from count in Counts
        select new CpuSpec(arch, count);

    public static Gen<string> GpuName { get; } =
        Gen.OneOf(Gen.Elements("H100", "A10G", "MI300X", "v5litepod-8", "tt-galaxy-wh", "p150", "RTX4090", "L4"), Word).Where(GpuSpecText.IsName);

    /// <summary>What the short form can say.</summary>
    public static Gen<GpuSpec> ShortGpu { get; } =
        from vendor in OrNull(AnyOf<GpuVendor>())
        from names in OrNone(GpuName.NonEmptyListOf().Select(list => (IReadOnlyList<string>)[.. list.Take(3)]))
        from count in Counts
        from memory in OrNull(Sizes)
        select new GpuSpec { Vendor = vendor, Names = names, Count = count, Memory = memory };

    public static Gen<GpuSpec> Gpu { get; } =
        from gpu in ShortGpu
        from total in OrNull(Sizes)
        from capability in OrNull(Gen.Choose(1, 12).SelectMany(major => Gen.Choose(0, 12).Select(minor => (major, minor))))
        select gpu with { TotalMemory = total, ComputeCapability = capability };

    public static Gen<PortMapping> Port { get; } =
        from local in OrNull(Gen.Choose(1, 65535))
        from container in Gen.Choose(1, 65535)
        select new PortMapping(local, container);

    public static Gen<KeyValuePair<string, string?>> Variable { get; } =
        from name in Letters("ABC_xyz019", 0, 8)
        from value in OrNone(Text)
        select KeyValuePair.Create("V" + name, value);

    public static Gen<MountPoint> ShortMount { get; } = Gen.OneOf(
        from name in Word from path in Path select (MountPoint)new VolumeMountPoint { Names = [name], Path = path },
        from source in Path from path in Path select (MountPoint)new InstanceMountPoint { InstancePath = source, Path = path });

    public static Gen<MountPoint> Mount { get; } = Gen.OneOf(
        ShortMount,
        from names in Word.NonEmptyListOf() from path in Path select (MountPoint)new VolumeMountPoint { Names = [.. names], IsList = true, Path = path },
        from source in Path from path in Path select (MountPoint)new InstanceMountPoint { InstancePath = source, Path = path, Optional = true });

    public static Gen<FilePathMapping> ShortFile { get; } = Gen.OneOf(
        from local in Word from path in Path select new FilePathMapping(local, path),
        Word.Select(path => new FilePathMapping(path, path)));

    public static Gen<RepoSpec> ShortRepo { get; } =
        from source in Gen.OneOf(Gen.Elements(".", "..", "~/repos/demo"), Path, Word)
        from url in OrNone(Gen.Elements("https://github.com/org/repo", "git@github.com:org/repo.git", "ssh://git@host:2222/org/repo.git"))
        from path in Gen.OneOf(Gen.Constant("."), Path, Word)
        select url is null ? new RepoSpec { LocalPath = source, Path = path } : new RepoSpec { Url = url, Path = path };

    public static Gen<RepoSpec> Repo { get; } =
        from repo in ShortRepo
        from branch in OrNone(Word)
        from hash in OrNone(Word)
        from action in AnyOf<RepoExistsAction>()
        select repo with { Branch = branch, Hash = hash, IfExists = action };

    public static Gen<T?> OrNull<T>(Gen<T> gen) where T : struct => Gen.OneOf(gen.Select(value => (T?)value), Gen.Constant((T?)null));

    public static Gen<T?> OrNone<T>(Gen<T> gen) where T : class => Gen.OneOf(gen.Select(value => (T?)value), Gen.Constant((T?)null));

    public static Gen<T> AnyOf<T>() where T : struct, Enum => Gen.Elements(Enum.GetValues<T>());

    public static Gen<IReadOnlyList<T>> Few<T>(Gen<T> gen) => gen.ListOf().Select(list => (IReadOnlyList<T>)[.. list.Take(3)]);

    public static void Check<T>(this Gen<T> gen, Action<T> property, int runs = 100) =>
        Prop.ForAll(gen.ToArbitrary(), value => property(value)).Check(Config.QuickThrowOnFailure.WithMaxTest(runs));

    private static Gen<string> Letters(string letters, int min, int max) =>
        from length in Gen.Choose(min, max)
        from characters in Gen.Elements(letters.ToCharArray()).ArrayOf(length)
        select new string(characters);

    private static Gen<Range<T>> Ranges<T>(Gen<T> gen) where T : struct, IComparable<T> =>
        from ends in gen.Two()
        from form in Gen.Choose(0, 3)
        let low = ends.Item1.CompareTo(ends.Item2) <= 0 ? ends.Item1 : ends.Item2
        let high = ends.Item1.CompareTo(ends.Item2) <= 0 ? ends.Item2 : ends.Item1
        select form switch
        {
            0 => new Range<T>(low, low),
            1 => new Range<T>(low, null),
            2 => new Range<T>(null, high),
            _ => new Range<T>(low, high),
        };
}
