using System.Security.Cryptography;
using System.Text;

namespace Gantry.Server.Secrets;

/// <summary>
/// Seals secrets for the database: AES-256-GCM, with the name of the place that they are for, so that one cannot be put in another's place.
/// A sealed text is <c>1:KEY:BASE64</c> of nonce, tag and content.
/// </summary>
internal sealed class Sealer(KeyRing ring)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    /// <summary>Seals a text for a place, such as <c>instances/ID/keys</c>.</summary>
    public string Seal(string secret, string place)
    {
        var (id, key) = ring.Present;
        var content = Encoding.UTF8.GetBytes(secret);
        var whole = new byte[NonceBytes + TagBytes + content.Length];
        RandomNumberGenerator.Fill(whole.AsSpan(0, NonceBytes));
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(
            whole.AsSpan(0, NonceBytes), content, whole.AsSpan(NonceBytes + TagBytes), whole.AsSpan(NonceBytes, TagBytes), Encoding.UTF8.GetBytes(place));
        CryptographicOperations.ZeroMemory(content);
        return $"1:{id}:{Convert.ToBase64String(whole)}";
    }

    /// <summary>Opens what was sealed for a place.</summary>
    /// <exception cref="SealedException">Its key is not in the ring, or it was changed, or it is another place's.</exception>
    public string Open(string text, string place)
    {
        if (text.Split(':') is not ["1", var id, var body])
            throw new SealedException($"The secret at {place} is not in a form that this version knows.");
        var key = ring.Find(id) ?? throw new SealedException($"The secret at {place} was sealed with the key {id}, which the server does not have. Add that key behind the present one.");
        try
        {
            var whole = Convert.FromBase64String(body);
            var content = new byte[whole.Length - NonceBytes - TagBytes];
            using var cipher = new AesGcm(key, TagBytes);
            cipher.Decrypt(
                whole.AsSpan(0, NonceBytes), whole.AsSpan(NonceBytes + TagBytes), whole.AsSpan(NonceBytes, TagBytes), content, Encoding.UTF8.GetBytes(place));
            return Encoding.UTF8.GetString(content);
        }
        catch (Exception e) when (e is CryptographicException or FormatException or OverflowException)
        {
            throw new SealedException($"The secret at {place} was changed since it was sealed. Write it anew.");
        }
    }

    /// <summary>Whether it should be sealed anew: the present key is another one.</summary>
    public bool IsStale(string text) => !text.StartsWith($"1:{ring.Present.Id}:", StringComparison.Ordinal);
}

/// <summary>A secret cannot be opened. Its message never holds anything of the secret.</summary>
internal sealed class SealedException(string message) : Exception(message);
