using System.Security.Cryptography;
using Gantry.Server.Hosting;

namespace Gantry.Server.Secrets;

/// <summary>
/// The keys that secrets are sealed with, the present one first. To rotate: put a new key before the others; what older keys sealed
/// is still opened, and sealed anew with the present one when it is next written.
/// </summary>
internal sealed class KeyRing
{
    /// <summary>The environment variable that holds the keys instead of the file: base64 of 32 bytes each, separated by commas.</summary>
    public const string Variable = "GANTRY_ENCRYPTION_KEYS";

    public const int KeyBytes = 32;
    private const string FileName = "encryption-keys";
    private readonly List<(string Id, byte[] Key)> keys;

    private KeyRing(IEnumerable<string> texts, string source)
    {
        keys = [.. texts.Select(text => text.Trim()).Where(text => text.Length > 0 && text[0] != '#').Select((text, index) => Parse(text, index, source))];
        if (keys.Count == 0)
            throw new IOException($"{source} holds no key; needed is base64 of {KeyBytes} bytes. Nothing was changed.");
    }

    /// <summary>The key that seals now.</summary>
    public (string Id, byte[] Key) Present => keys[0];

    /// <summary>A key by its id; null when the ring has none of this id.</summary>
    public byte[]? Find(string id) => keys.Find(key => key.Id == id).Key;

    /// <summary>From the environment; else from the server's home, where the first start makes one.</summary>
    /// <exception cref="IOException">The keys cannot be read.</exception>
    public static KeyRing Open(ServerHome home, Func<string, string?> environment)
    {
        if (environment(Variable) is { Length: > 0 } given)
            return new KeyRing(given.Split(','), Variable);
        var path = Path.Combine(home.ServerDirectory, FileName);
        if (!File.Exists(path))
            ServerHome.WritePrivate(path, Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)) + "\n");
        return new KeyRing(File.ReadAllLines(path), path);
    }

    // The id says which key, and nothing about it.
    private static (string, byte[]) Parse(string text, int index, string source)
    {
        var key = new byte[KeyBytes];
        return Convert.TryFromBase64String(text, key, out var written) && written == KeyBytes
            ? (Convert.ToHexStringLower(SHA256.HashData([.. "gantry key id"u8, .. key]))[..8], key)
            : throw new IOException($"Key {index + 1} of {source} is not base64 of {KeyBytes} bytes. Nothing was changed.");
    }
}
