package io.balsa.raft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class NodeReportTest {
  private static final NodeReport REPORT =
      new NodeReport(
          "n1",
          "FAILED: \"a\\b\": c",
          "STOPPED",
          7,
          NodeReport.NO_LEADER,
          30,
          20,
          15,
          "10 of 20 bytes from n2, up to index 15",
          3,
          MemberList.parse("n1=h1:1 voter, n2=h2:2 leaving, n3=h3:3 rejoining"),
          19);

  @Test
  void travelsAsText() {
    assertThat(NodeReport.parse(REPORT.toText())).isEqualTo(REPORT);
  }

  @Test
  void isAlsoJson() {
    assertThat(REPORT.toJson())
        .contains(
            "\"id\": \"n1\",",
            "\"health\": \"FAILED: \\\"a\\\\b\\\": c\",",
            "\"value\": 19",
            "\"membersIndex\": 3,",
            "{\"id\": \"n3\", \"address\": \"h3:3\", \"kind\": \"rejoining\"}");
  }

  @Test
  void saysWhatIsMissing() {
    assertThatThrownBy(() -> NodeReport.parse("id: n1\nhealth: OK\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no role");
  }
}
