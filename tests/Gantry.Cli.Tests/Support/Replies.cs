using System.Text;

namespace Gantry.Cli.Tests.Support;

/// <summary>Answers as a server gives them.</summary>
internal static class Replies
{
    private const string SubmissionId = "765596da-931a-490f-85ef-33b13bdc7327";

    public const string NoRun = """{"detail":[{"msg":"Run not found","code":"resource_not_exists"}]}""";

    public const string Configuration = """
        {"type":"task","name":"hello","commands":["echo hi"]}
        """;

    public static string Run(string name = "hello", string status = "running", string message = "running", string jobs = "[]", string error = "null") => $$"""
        {"id":"016a768e-e140-4005-b840-04d7fea2afc4","project_name":"main","user":"admin","fleet":null,"submitted_at":"2026-11-22T09:05:34.165563Z",
         "last_processed_at":"2026-11-22T09:05:50.131407Z","status":"{{status}}","status_message":"{{message}}","termination_reason":null,
         "run_spec":{"run_name":"{{name}}","configuration":{{Configuration}}},"jobs":{{jobs}},"latest_job_submission":null,"cost":0.0,"error":{{error}},"deleted":false}
        """;

    public static string Job(int number, string status, string pull = "null") => $$$$"""
        {"job_spec":{"replica_num":0,"job_num":{{{{number}}}}},"job_submissions":[{"id":"{{{{SubmissionId}}}}","submission_num":0,"submitted_at":"2026-11-22T09:05:34Z",
         "status":"{{{{status}}}}","status_message":"{{{{status}}}}","image_pull_progress":{{{{pull}}}},"job_provisioning_data":{"backend":"remote","region":"remote","price":1.5,"instance_type":
          {"name":"box","resources":{"cpus":8,"memory_mib":32768,"gpus":[{"name":"H100","memory_mib":81920},{"name":"H100","memory_mib":81920}],"spot":false,"disk":{"size_mib":102400 } } } } } ] }
        """;

    public static string Plan(string current = "null") => $$"""
        {"project_name":"main","user":"admin","run_spec":{"run_name":"hello","configuration":{{Configuration}}},
         "effective_run_spec":{"run_name":"hello","configuration":{{Configuration}}},"job_plans":[],"current_resource":{{current}},"action":"create"}
        """;

    public static string Status(string status, string message) => $$"""
        event: status
        data: {"status":"{{status}}","status_message":"{{message}}","submission_num":0}


        """;

    public static string Submission(int number) => $$"""
        event: submission
        data: {"job_submission_id":"{{SubmissionId}}","submission_num":{{number}}}


        """;

    public static string Log(string text, long next) => $"""
        event: log
        id: {SubmissionId}:{next}
        data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}


        """;

    public static string End(string status, string message, string exitStatus, string reason = "null", string error = "null") => $$"""
        event: end
        data: {"status":"{{status}}","status_message":"{{message}}","termination_reason":{{reason}},"error":{{error}},"submission_num":0,"exit_status":{{exitStatus}}}


        """;
}
