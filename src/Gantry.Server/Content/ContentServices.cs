using Gantry.Model.Link.Streams;
using Gantry.Server.Hosting;
using Gantry.Storage.Blobs;

namespace Gantry.Server.Content;

/// <summary>What serves uploads.</summary>
internal static class ContentServices
{
    public static IServiceCollection AddContent(this IServiceCollection services, ServerHome home) => services
        .AddSingleton<IBlobStore>(new FileBlobStore(home.BlobsDirectory))
        .AddSingleton(UploadLimit.Of(Environment.GetEnvironmentVariable))
        .AddSingleton<RepoSecrets>().AddSingleton<OrderedRepo>().AddSingleton<RunCode>()
        .AddSingleton<UploadBody>().AddSingleton<BlobSweep>().AddSingleton<IStreamHandler, BlobStreams>();
}
