using Gantry.Server.Api;
using Gantry.Storage.Blobs;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Gantry.Server.Content;

/// <summary>Takes the one file of an upload's form into the blob store, without holding it in memory.</summary>
internal sealed class UploadBody(IBlobStore blobs, UploadLimit limit)
{
    /// <summary>What a form has around its file.</summary>
    private const long Around = 64 << 10;

    private const int HashLength = 64;

    /// <summary>Stores the file. Nothing is stored when it is refused.</summary>
    public async Task<Blob> StoreAsync(HttpContext context, string what)
    {
        var most = limit.Bytes + Around;
        if (context.Request.ContentLength > most)
            throw ApiError.Bad(limit.Exceeded(what));
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = most;
        var section = await FileAsync(context) ?? throw ApiError.Unprocessable([("missing", ["body", "file"], "The form has no file.")]);
        try
        {
            var blob = await blobs.PutAsync(section.FileStream!, limit.Bytes, context.RequestAborted);
            // dstack's client names the file by its hash. A name that is one and another says that the bytes are not those that were sent.
            if (section.FileName is { Length: HashLength } named && named != blob.Hash)
                throw ApiError.Bad($"{what} arrived damaged: its hash is {blob.Hash}, not {named}. Nothing was changed. Try again.");
            return blob;
        }
        catch (BlobTooLargeException)
        {
            throw ApiError.Bad(limit.Exceeded(what));
        }
        catch (BlobStoreFullException error)
        {
            throw ApiError.InsufficientStorage($"{error.Message} Nothing was stored. Make room, then try again.");
        }
    }

    private static async Task<FileMultipartSection?> FileAsync(HttpContext context)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 } boundary)
        {
            throw ApiError.Unprocessable([("missing", ["body", "file"], "The body is no form (multipart/form-data) with a file.")]);
        }
        var reader = new MultipartReader(boundary.Value!, context.Request.Body);
        try
        {
            while (await reader.ReadNextSectionAsync(context.RequestAborted) is { } section)
            {
                if (section.AsFileSection() is { Name: "file" } file)
                    return file;
            }
        }
        catch (Exception error) when (error is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw ApiError.Unprocessable([("value_error", ["body"], $"The form cannot be read: {error.Message}")]);
        }
        return null;
    }
}
