"""A small report of each format, complete and without damage, for tests that change its values."""

import json

_CTS = """<Result start="1680745541059" end="1680745600607" suite_name="CTS" report_version="5.0">
<Summary pass="1" failed="1" modules_done="1" modules_total="1"/>
<Module name="M" abi="arm64" runtime="10264" done="true" pass="1" total_tests="2"><TestCase name="a.B">
<Test result="pass" name="one"/>
<Test result="fail" name="two"><Failure message="no"><StackTrace>at a.B.two(B.java:3)</StackTrace></Failure></Test>
</TestCase></Module></Result>"""
_CTEST = """<Site BuildName="b" BuildStamp="20210204-0706-Experimental" Name="n" Generator="ctest-3.19.1"><Testing>
<StartTestTime>1612422386</StartTestTime><TestList><Test>./a</Test></TestList>
<Test Status="failed"><Name>a</Name><Path>.</Path><FullName>./a</FullName><Results>
<NamedMeasurement type="numeric/double" name="Execution Time"><Value>0.5</Value></NamedMeasurement>
<NamedMeasurement type="text/string" name="Exit Code"><Value>Failed</Value></NamedMeasurement>
<NamedMeasurement type="text/string" name="Exit Value"><Value>1</Value></NamedMeasurement>
<Measurement><Value>x.cc:12: Failure</Value></Measurement></Results></Test>
<EndTestTime>1612422387</EndTestTime><ElapsedMinutes>0</ElapsedMinutes></Testing></Site>"""
_JUNIT = """<testsuites tests="3" failures="1" errors="0" time="1.5">
<testsuite name="s" tests="3" failures="1" errors="0" skipped="1" time="1.5" timestamp="2026-01-02T03:04:05Z">
<testcase classname="a.B" name="one" time="0.5" file="a.py" line="3"/>
<testcase classname="a.B" name="two" time="1" file="a.py" line="5" retries="1">
<failure type="E" message="1 is 2">a.py:7: E</failure></testcase>
<testcase classname="a.B" name="three"><skipped message="later"/></testcase></testsuite></testsuites>"""
_NUNIT2 = """<test-results name="n" total="2" errors="0" failures="1" not-run="0" date="2026-01-02" time="03:04:05">
<test-suite name="S" success="False" time="0.5" asserts="1"><results>
<test-case name="S.one" executed="True" success="True" time="0.25" asserts="1"/>
<test-case name="S.two" executed="True" success="False" time="0.25" asserts="0"><failure><message>no</message>
<stack-trace>at S.two () in /src/S.cs:line 12</stack-trace></failure></test-case>
</results></test-suite></test-results>"""
_NUNIT3 = """<test-run id="2" testcasecount="2" result="Failed"
total="2" passed="1" failed="1" skipped="0" duration="0.5"
start-time="2026-01-02 03:04:05Z"><test-suite type="TestFixture" name="S" fullname="S" total="2" duration="0.5">
<test-case name="one" fullname="S.one" classname="S" result="Passed" duration="0.25" asserts="1"/>
<test-case name="two" fullname="S.two" classname="S" result="Failed" duration="0.25"><failure><message>no</message>
<stack-trace>at S.two () in /src/S.cs:line 12</stack-trace></failure></test-case></test-suite></test-run>"""
_ROBOT = """<robot generator="Robot 7.0 (Python 3.12.1 on linux)" generated="2026-01-02T03:04:05.678" schemaversion="5">
<suite id="s1" name="S" source="/src/s.robot"><test id="s1-t1" name="one" line="3">
<status status="FAIL" start="2026-01-02T03:04:05.678" elapsed="0.5">no</status></test>
<test id="s1-t2" name="two" line="5">
<status status="PASS" starttime="20260102 03:04:05.678" endtime="20260102 03:04:06.678"/></test>
<status status="FAIL" start="2026-01-02T03:04:05.678" elapsed="1.5"/></suite>
<statistics><total><stat pass="1" fail="1" skip="0">All Tests</stat></total></statistics></robot>"""
_TRX = """<TestRun id="1" xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
<Times start="2026-01-02T03:04:05.67+02:00" finish="2026-01-02T03:04:06.67+02:00"/><Results>
<UnitTestResult testId="1" executionId="1" testName="S.one" duration="00:00:00.25" outcome="Passed"/>
<UnitTestResult testId="2" executionId="2" testName="S.two" duration="00:00:00.25" outcome="Failed"><Output><ErrorInfo>
<Message>no</Message><StackTrace>at S.two() in /src/S.cs:line 12</StackTrace></ErrorInfo></Output></UnitTestResult>
</Results><TestDefinitions><UnitTest name="S.one" id="1"><TestMethod className="S" name="one"/></UnitTest>
<UnitTest name="S.two" id="2"><TestMethod className="S" name="two"/></UnitTest></TestDefinitions>
<ResultSummary outcome="Failed"><Counters total="2" executed="2" passed="1" failed="1"/></ResultSummary></TestRun>"""
_XUNIT = """<assemblies timestamp="01/02/2026 03:04:05"><assembly name="a.dll" run-date="2026-01-02" run-time="03:04:05"
total="2" passed="1" failed="1" skipped="0" errors="0" time="0.5"><errors/>
<collection total="2" passed="1" failed="1" skipped="0" name="c" time="0.5">
<test name="S.one" type="S" method="one" time="0.25" result="Pass"/>
<test name="S.two" type="S" method="two" time="0.25" result="Fail" source-file="S.cs" source-line="12">
<failure exception-type="E"><message>no</message><stack-trace>at S.two() in S.cs:line 12</stack-trace></failure></test>
</collection></assembly></assemblies>"""
_CLOVER = """<coverage generated="1" clover="4.4"><project timestamp="1" name="p">
<metrics statements="2" coveredstatements="1" conditionals="2" coveredconditionals="1"
elements="4" coveredelements="2"/>
<package name="a"><file name="A.java" path="a/A.java"><class name="A"><metrics complexity="1" methods="1"/></class>
<line num="1" type="method" count="1"/><line num="2" type="stmt" count="1"/><line num="3" type="stmt" count="0"/>
<line num="4" type="cond" truecount="1" falsecount="0"/></file></package></project></coverage>"""
_COBERTURA = """<coverage line-rate="0.5" branch-rate="0.5" lines-covered="1" lines-valid="2" branches-covered="1"
branches-valid="2" complexity="0" version="1" timestamp="1"><sources><source>/src</source></sources><packages>
<package name="a" line-rate="0.5" branch-rate="0.5"><classes><class name="A" filename="a.py" line-rate="0.5"><methods>
<method name="m" signature="()"><lines><line number="1" hits="1"/></lines></method></methods><lines>
<line number="1" hits="1" branch="true" condition-coverage="50% (1/2)"/><line number="2" hits="0"/>
</lines></class></classes></package></packages></coverage>"""
_JACOCO = """<report name="r"><sessioninfo id="h" start="1" dump="2"/><package name="p"><sourcefile name="A.java">
<line nr="1" mi="0" ci="2" mb="1" cb="1"/><line nr="2" mi="1" ci="0" mb="0" cb="0"/>
<counter type="LINE" missed="1" covered="1"/></sourcefile><sourcefile name="B.java"><line nr="1"/>
<counter type="LINE" missed="1" covered="1"/><counter type="BRANCH" missed="1" covered="1"/></sourcefile></package>
<counter type="LINE" missed="1" covered="1"/><counter type="BRANCH" missed="1" covered="1"/></report>"""
_OPENCOVER = """<CoverageSession><Summary numSequencePoints="2" visitedSequencePoints="1" numBranchPoints="2"
visitedBranchPoints="1"/><Modules><Module><Files><File uid="1" fullPath="/src/A.cs"/></Files><Classes><Class><Methods>
<Method><FileRef uid="1"/><SequencePoints><SequencePoint vc="1" sl="1" sc="1" el="1" ec="2" fileid="1"/>
<SequencePoint vc="0" sl="2" el="2" fileid="1"/></SequencePoints><BranchPoints>
<BranchPoint vc="1" sl="1" path="0" offset="1" offsetend="2" fileid="1"/>
<BranchPoint vc="0" sl="1" path="1" offset="1" offsetend="3" fileid="1"/></BranchPoints>
</Method></Methods></Class></Classes></Module></Modules></CoverageSession>"""
_SONAR = """<coverage version="1"><file path="a.c"><lineToCover lineNumber="3" covered="false"/>
<lineToCover lineNumber="4" covered="true" branchesToCover="2" coveredBranches="1"/></file></coverage>"""
_TAP = """TAP version 14
1..3
ok 1 - one # time=12.5ms
not ok 2 - two
  ---
  message: "no"
  at: "a.js:12:3"
  duration_ms: 1.5
  ...
not ok 3 - three
  ---
  file: "a.js"
  line: 12
  ...
"""
_LCOV = """TN:
SF:a.c
FN:1,f
FNDA:1,f
DA:1,1
DA:2,0,abc
BRDA:1,0,0,1
BRDA:1,0,1,-
BRF:2
BRH:1
LF:2
LH:1
end_of_record
"""
_GO_COVER = "mode: set\nm/a.go:1.2,2.3 1 1\nm/a.go:3.2,4.3 2 0\n"
_GO_TEST = [
    {"Time": "2026-01-02T03:04:05.67Z", "Action": "run", "Package": "m/a", "Test": "TestA"},
    {"Action": "output", "Package": "m/a", "Test": "TestA", "Output": "    a_test.go:12: no\n"},
    {"Time": "2026-01-02T03:04:06Z", "Action": "fail", "Package": "m/a", "Test": "TestA", "Elapsed": 0.5},
    {"Action": "fail", "Package": "m/a", "Elapsed": 0.75},
]
_DART = [
    {"protocolVersion": "0.1.1", "runnerVersion": "1.24.9", "pid": 1, "type": "start", "time": 0},
    {"suite": {"id": 0, "platform": "vm", "path": "a_test.dart"}, "type": "suite", "time": 1},
    {"group": {"id": 2, "suiteID": 0, "parentID": None, "testCount": 1}, "type": "group", "time": 2},
    {"count": 1, "time": 2, "type": "allSuites"},
    {
        "test": {"id": 3, "name": "one", "suiteID": 0, "groupIDs": [2], "line": 5, "url": "a"},
        "type": "testStart",
        "time": 3,
    },
    {"testID": 3, "error": "no", "stackTrace": "a_test.dart 5:3", "isFailure": True, "type": "error", "time": 8},
    {"testID": 3, "result": "failure", "skipped": False, "hidden": False, "type": "testDone", "time": 9},
    {"success": False, "type": "done", "time": 10},
]
_JSON = {
    "ctrf-json": {
        "results": {
            "tool": {"name": "t"},
            "summary": {"tests": 2, "passed": 1, "failed": 1, "start": 1722511783500, "stop": 1722511784500},
            "tests": [
                {"name": "one", "status": "passed", "duration": 12, "retries": 1, "flaky": True},
                {"name": "two", "status": "failed", "duration": 1.5, "message": "no", "filePath": "a.js", "line": 3},
            ],
        }
    },
    "cucumber-json": [
        {
            "uri": "a.feature",
            "name": "F",
            "keyword": "Feature",
            "line": 1,
            "elements": [
                {
                    "id": "f;s;;2",
                    "name": "S",
                    "type": "scenario",
                    "line": 3,
                    "start_timestamp": "2026-01-02T03:04:05.678Z",
                    "steps": [
                        {"name": "a", "line": 4, "result": {"status": "failed", "duration": 12, "error_message": "n"}}
                    ],
                }
            ],
        }
    ],
    "jest-json": {
        "numTotalTests": 1,
        "numFailedTests": 1,
        "startTime": 1722511783500,
        "success": False,
        "testResults": [
            {
                "name": "/src/a.test.js",
                "status": "failed",
                "startTime": 1722511783500,
                "endTime": 1722511784500,
                "assertionResults": [
                    {
                        "title": "one",
                        "fullName": "A one",
                        "ancestorTitles": ["A"],
                        "status": "failed",
                        "duration": 12.5,
                        "invocations": 2,
                        "location": {"line": 3, "column": 1},
                        "failureMessages": ["Error: no\n at /src/a.test.js:3:4"],
                        "retryReasons": [],
                    }
                ],
            }
        ],
    },
    "mocha-json": {
        "stats": {"suites": 1, "tests": 1, "passes": 0, "pending": 0, "failures": 1, "start": "2026-01-02T03:04:05Z"},
        "tests": [{"title": "a", "fullTitle": "A a", "duration": 12, "currentRetry": 1, "err": {"message": "n"}}],
        "pending": [],
        "failures": [{"title": "a", "fullTitle": "A a", "duration": 12, "currentRetry": 1, "err": {"message": "n"}}],
        "passes": [],
    },
    "playwright-json": {
        "config": {"rootDir": "/src", "projects": []},
        "suites": [
            {
                "title": "a.spec.ts",
                "file": "a.spec.ts",
                "line": 0,
                "specs": [
                    {
                        "title": "one",
                        "file": "a.spec.ts",
                        "line": 3,
                        "tests": [
                            {
                                "projectName": "p",
                                "expectedStatus": "passed",
                                "status": "unexpected",
                                "results": [
                                    {
                                        "status": "failed",
                                        "duration": 12,
                                        "retry": 0,
                                        "startTime": "2026-01-02T03:04:05.678Z",
                                        "errors": [{"message": "no", "location": {"file": "a", "line": 4}}],
                                    }
                                ],
                            }
                        ],
                    }
                ],
            }
        ],
        "stats": {"startTime": "2026-01-02T03:04:05.678Z", "duration": 12.5, "expected": 0, "unexpected": 1},
        "errors": [],
    },
    "rspec-json": {
        "version": "3.13.0",
        "examples": [
            {
                "id": "./a_spec.rb[1:1]",
                "description": "one",
                "full_description": "A one",
                "status": "failed",
                "file_path": "./a_spec.rb",
                "line_number": 3,
                "run_time": 0.5,
                "exception": {"class": "E", "message": "no", "backtrace": ["./a_spec.rb:4:in `x'"]},
            }
        ],
        "summary": {"duration": 0.5, "example_count": 1, "failure_count": 1, "errors_outside_of_examples_count": 0},
        "summary_line": "1 example, 1 failure",
    },
    "coverage.py-json": {
        "meta": {"format": 3, "version": "7.1.0", "timestamp": "2026-01-02T03:04:05.678", "branch_coverage": True},
        "files": {
            "a.py": {
                "executed_lines": [1, 2],
                "missing_lines": [3],
                "excluded_lines": [4],
                "executed_branches": [[1, 2]],
                "missing_branches": [[1, -1]],
                "summary": {"covered_lines": 2, "num_statements": 3, "num_branches": 2, "covered_branches": 1},
            }
        },
        "totals": {"covered_lines": 2, "num_statements": 3, "num_branches": 2, "covered_branches": 1},
    },
    "gcovr-json": {
        "gcovr/format_version": "0.11",
        "files": [
            {
                "file": "a.c",
                "lines": [
                    {"line_number": 1, "count": 2, "branches": [{"count": 1}, {"count": 0}], "gcovr/noncode": False},
                    {"line_number": 2, "count": 0, "branches": []},
                ],
            }
        ],
    },
    "istanbul-final-json": {
        "/src/a.js": {
            "path": "/src/a.js",
            "statementMap": {"0": {"start": {"line": 1, "column": 0}, "end": {"line": 1, "column": 9}}},
            "fnMap": {},
            "branchMap": {"0": {"type": "if", "line": 1, "loc": {"start": {"line": 1}}, "locations": [{}, {}]}},
            "s": {"0": 1},
            "f": {},
            "b": {"0": [1, 0]},
        }
    },
    "istanbul-summary-json": {
        "total": {each: {"total": 2, "covered": 1, "skipped": 0, "pct": 50} for each in ("lines", "branches")},
        "/a.js": {each: {"total": 2, "covered": 1, "skipped": 0, "pct": 50} for each in ("lines", "branches")},
    },
    "llvm-cov-json": {
        "data": [
            {
                "files": [
                    {
                        "filename": "a.rs",
                        "segments": [
                            [1, 1, 5, True, True, False],
                            [2, 1, 0, True, True, False],
                            [3, 1, 0, False, False, False],
                        ],
                        "branches": [[1, 1, 1, 9, 1, 0, 0, 0, 4]],
                        "summary": {"lines": {"count": 2, "covered": 1}, "branches": {"count": 2, "covered": 1}},
                    }
                ],
                "totals": {"lines": {"count": 2, "covered": 1, "percent": 50.0}},
            }
        ],
        "type": "llvm.coverage.json.export",
        "version": "2.0.1",
    },
    "simplecov-json": {
        "meta": {"simplecov_version": "0.22.0"},
        "coverage": {
            "/a.rb": {
                "lines": [None, 1, 0, "ignored"],
                "branches": [{"type": "then", "start_line": 2, "end_line": 2, "coverage": 1, "report_line": 2}],
            }
        },
        "groups": {},
    },
    "simplecov-resultset": {
        "RSpec": {
            "coverage": {
                "/a.rb": {
                    "lines": [None, 1, 0],
                    "branches": {"[:if, 0, 2, 4, 5, 7]": {"[:then, 1, 3, 6, 3, 9]": 1, "[:else, 2, 4, 6, 4, 9]": 0}},
                }
            },
            "timestamp": 1722511783,
        }
    },
}

SAMPLES = {
    "android-cts": _CTS,
    "ctest-dart-xml": _CTEST,
    "junit": _JUNIT,
    "nunit2": _NUNIT2,
    "nunit3": _NUNIT3,
    "robot-xml": _ROBOT,
    "trx": _TRX,
    "xunit.net-v2": _XUNIT,
    "clover": _CLOVER,
    "cobertura": _COBERTURA,
    "jacoco": _JACOCO,
    "opencover": _OPENCOVER,
    "sonarqube-generic": _SONAR,
    "tap": _TAP,
    "lcov": _LCOV,
    "go-cover": _GO_COVER,
    "go-test-json": "\n".join(map(json.dumps, _GO_TEST)),
    "dart-json": "\n".join(map(json.dumps, _DART)),
    **{name: json.dumps(document) for name, document in _JSON.items()},
}
