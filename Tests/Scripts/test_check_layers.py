"""Tests scripts/check-layers on sources with planted violations."""

import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts/check-layers"


class CheckLayersTests(unittest.TestCase):
    def check(self, files):
        """Runs the script on sources; returns its exit code and its lines, without the folder's path."""
        with tempfile.TemporaryDirectory() as root:
            for name, text in files.items():
                path = pathlib.Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            result = subprocess.run([SCRIPT, root], capture_output=True, text=True, check=False)
            self.assertEqual(result.stderr, "")
            return result.returncode, result.stdout.replace(root + "/", "").splitlines()

    def test_the_sources_of_this_project_are_in_order(self):
        result = subprocess.run([SCRIPT], capture_output=True, text=True, check=False)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))

    def test_a_type_of_a_higher_floor_is_reported_with_its_place(self):
        code, lines = self.check(
            {
                "Files/Reader.swift": "struct Reader {\n    let worker: Worker?\n}\n",
                "Engine/Worker.swift": "public actor Worker {\n    let reader = Reader()\n}\n",
            }
        )
        self.assertEqual(code, 1)
        self.assertEqual(len(lines), 1)
        self.assertRegex(
            lines[0], r"^Files/Reader.swift:2: Files/ refers to Worker of Engine/, .*; hand it in as a value"
        )

    def test_a_member_that_a_higher_floor_adds_is_reported(self):
        code, lines = self.check(
            {
                "Text/Words.swift": "func words(_ text: String) -> Int {\n    text.shelfMark\n}\n",
                "Store/Shelf.swift": "extension String {\n    var shelfMark: Int { 1 }\n}\n",
            }
        )
        self.assertEqual(code, 1)
        self.assertRegex(lines[0], r"^Text/Words.swift:2: Text/ refers to \.shelfMark of Store/")

    def test_a_member_of_a_types_own_folder_is_not_taken_for_another_ones(self):
        files = {
            "Model/Run.swift": "struct Run {\n    var title: String\n}\n",
            "Store/Rows.swift": "extension Int {\n    var title: Int { 1 }\n}\n",
            "Text/Use.swift": "let x = y.title\n",
        }
        self.assertEqual(self.check(files), (0, []))

    def test_comments_and_literals_do_not_count_but_what_is_interpolated_does(self):
        worker = {"Engine/Worker.swift": "actor Worker {}\n"}
        harmless = (
            '/// See Worker.\n// Worker\n/* Worker\nWorker */\nlet a = "Worker \\" Worker"\nlet b = #"\\(Worker)"#\n'
        )
        harmless += 'let c = """\n    Worker\n    """\n'
        self.assertEqual(self.check({"Text/A.swift": harmless} | worker), (0, []))
        code, lines = self.check({"Text/A.swift": 'let a = "x \\(Worker.name(")")) y"\n'} | worker)
        self.assertEqual(code, 1)
        self.assertRegex(lines[0], "^Text/A.swift:1: Text/ refers to Worker")

    def test_folders_of_one_floor_may_not_refer_to_each_other_in_a_cycle(self):
        one_way = {"JSON/Value.swift": "struct Value {}\n", "YAML/Node.swift": "struct Node { var value: Value }\n"}
        self.assertEqual(self.check(one_way), (0, []))
        code, lines = self.check(one_way | {"JSON/Back.swift": "struct Back { var node: Node }\n"})
        self.assertEqual(code, 1)
        self.assertRegex(lines[0], "JSON, YAML refer to each other in a cycle; move what they share")

    def test_a_folder_without_a_floor_is_reported(self):
        code, lines = self.check({"Attic/Box.swift": "struct Box {}\n"})
        self.assertEqual(code, 1)
        self.assertRegex(lines[0], "^Attic: no floor; add the folder to FLOORS")


if __name__ == "__main__":
    unittest.main()
