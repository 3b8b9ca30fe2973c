using Gantry.Storage;

namespace Gantry.Server.Api;

/// <summary>The one place where an exception becomes a reply.</summary>
internal sealed partial class ErrorReplies(RequestDelegate next, IHostApplicationLifetime lifetime, ILogger<ErrorReplies> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (!context.Response.HasStarted && context.Response.ContentLength is null && context.Response.StatusCode is 404 or 405 && context.Response.ContentType is null)
                await WriteAsync(context, ApiError.Text(context.Response.StatusCode, context.Response.StatusCode == 404 ? "Not Found" : "Method Not Allowed"));
        }
        catch (ApiError e)
        {
            await WriteAsync(context, e);
        }
        catch (BadHttpRequestException e)
        {
            await WriteAsync(context, ApiError.Text(e.StatusCode, e.Message));
        }
        catch (StoreFullException e)
        {
            LogFull(logger, e.Message);
            await WriteAsync(context, ApiError.InsufficientStorage(e.Message));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested || lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The caller has gone, or the server goes.
        }
        catch (Exception e)
        {
            LogFailed(logger, e, context.Request.Path, context.TraceIdentifier);
            await WriteAsync(context, ApiError.Internal(context.TraceIdentifier));
        }
    }

    /// <summary>Answers with an error.</summary>
    public static async Task WriteAsync(HttpContext context, ApiError error)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }
        context.Response.StatusCode = error.Status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = error.Body.Length;
        await context.Response.Body.WriteAsync(error.Body);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Message}")]
    private static partial void LogFull(ILogger logger, string message);

    [LoggerMessage(Level = LogLevel.Error, Message = "Answering {Path} failed (request {RequestId}).")]
    private static partial void LogFailed(ILogger logger, Exception exception, PathString path, string requestId);
}
