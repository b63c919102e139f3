/// The Python module that Python runs at its start, from a folder in PYTHONPATH, to report itself.
enum SiteReport {
    static let fileName = "sitecustomize.py"
    /// Names the file for the reports, one JSON object per line.
    static let variable = "NLLM_BATCH_PROBE"

    /// Runs with any Python, before the program does, and leaves no trace in it.
    static let source = #"""
        import os
        import sys


        def report():
            import json

            words = getattr(sys, "orig_argv", None)
            if words is None:  # Before Python 3.10.
                with open("/proc/self/cmdline", "rb") as file:
                    words = [os.fsdecode(word) for word in file.read().split(b"\0")[:-1]]
            environment = dict(os.environ)
            try:
                "".join(environment).encode("utf-8")
                "".join(environment.values()).encode("utf-8")
            except UnicodeError:
                environment = None
            statuses = [os.fstat(number) for number in range(3)]
            text = json.dumps({
                "executable": sys.executable,
                "words": words[1:],
                "environment": environment,
                "directory": os.getcwd(),
                "streams": ["%d:%d" % (status.st_dev, status.st_ino) for status in statuses],
            })
            file = os.open(os.environ["NLLM_BATCH_PROBE"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(file, (text + "\n").encode("utf-8"))
            finally:
                os.close(file)


        try:
            report()
        except Exception:
            pass  # A Python that does not report is looked for in other ways.

        # Makes way for the module that this one hides.
        sys.path[:] = [path for path in sys.path if path != os.path.dirname(__file__)]
        own = sys.modules.pop("sitecustomize")
        try:
            import sitecustomize
        except ImportError as error:
            if getattr(error, "name", "sitecustomize") != "sitecustomize":
                raise
        finally:
            sys.modules.setdefault("sitecustomize", own)

        """#
}
