using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Gantry.Server.Secrets;

/// <summary>
/// The keys by which nodes of a run log in to each other. They are derived from the server's sealing key and kept nowhere: whenever a node is told of them, also after
/// a restart, they are the same. Another sealing key makes others, for the runs that are placed from then on.
/// </summary>
internal sealed class NodeSshKeys(KeyRing ring)
{
    // More bits than the key has, so that no key is likelier than another.
    private const int SeedBytes = 48;
    private const string Algorithm = "ecdsa-sha2-nistp256";
    private const string Curve = "nistp256";
    private static readonly BigInteger Order = BigInteger.Parse("0ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", System.Globalization.NumberStyles.HexNumber);

    /// <summary>A key pair.</summary>
    /// <param name="PrivateKey">PEM.</param>
    /// <param name="PublicKey">OpenSSH's form.</param>
    public sealed record Pair(string PrivateKey, string PublicKey);

    /// <summary>The key that logs in to a run's nodes.</summary>
    public Pair OfRun(Guid runId) => Derive($"gantry node ssh run {runId}");

    /// <summary>The key that a host is known by.</summary>
    public Pair OfHost(Guid instanceId) => Derive($"gantry node ssh host {instanceId}");

    private Pair Derive(string purpose)
    {
        var seed = HKDF.DeriveKey(HashAlgorithmName.SHA256, ring.Present.Key, SeedBytes, info: Encoding.UTF8.GetBytes(purpose));
        var number = (new BigInteger(seed, isUnsigned: true, isBigEndian: true) % (Order - 1)) + 1;
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        var scalar = new byte[32];
        bytes.CopyTo(scalar, scalar.Length - bytes.Length);
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar });
        CryptographicOperations.ZeroMemory(seed);
        return new Pair(key.ExportECPrivateKeyPem() + "\n", $"{Algorithm} {Convert.ToBase64String(Public(key.ExportParameters(false).Q))}");
    }

    // RFC 5656: the algorithm, the curve, the uncompressed point, each with its length before it.
    private static byte[] Public(ECPoint point) =>
        [.. Field(Encoding.ASCII.GetBytes(Algorithm)), .. Field(Encoding.ASCII.GetBytes(Curve)), .. Field([4, .. point.X!, .. point.Y!])];

    private static byte[] Field(byte[] content)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        return [.. length, .. content];
    }
}
