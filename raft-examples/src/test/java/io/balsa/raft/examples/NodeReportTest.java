package io.balsa.raft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class NodeReportTest {
  private static final NodeReport REPORT =
      new NodeReport("n1", "FAILED: \"a\\b\": c", "STOPPED", 7, NodeReport.NO_LEADER, 30, 20, 19);

  @Test
  void travelsAsText() {
    assertThat(NodeReport.parse(REPORT.toText())).isEqualTo(REPORT);
  }

  @Test
  void isAlsoJson() {
    assertThat(REPORT.toJson())
        .contains("\"id\": \"n1\",", "\"health\": \"FAILED: \\\"a\\\\b\\\": c\",", "\"value\": 19");
  }

  @Test
  void saysWhatIsMissing() {
    assertThatThrownBy(() -> NodeReport.parse("id: n1\nhealth: OK\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no role");
  }
}
