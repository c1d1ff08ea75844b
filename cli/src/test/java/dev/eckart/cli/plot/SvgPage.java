package dev.eckart.cli.plot;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** An SVG document, or a group in it, read back. */
record SvgPage(Element element) {
    private static final Map<String, List<String>> PLACES = Map.of(
            "circle", List.of("cx", "cy"),
            "line", List.of("x1", "y1", "x2", "y2"),
            "rect", List.of("x", "y"),
            "polygon", List.of("points"),
            "polyline", List.of("points"));

    /** Refuses anything but well-formed XML that is complete in itself. */
    static SvgPage parse(String svg) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultNSInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            DocumentBuilder builder = factory.newDocumentBuilder();
            return new SvgPage(
                    builder.parse(new InputSource(new StringReader(svg))).getDocumentElement());
        } catch (Exception e) {
            throw new AssertionError("Not well-formed: " + e.getMessage(), e);
        }
    }

    /** The group of that number, from 1. */
    SvgPage panel(int number) {
        return elements("g")
                .filter(group -> group.getAttribute("id").equals("panel-" + number))
                .map(SvgPage::new)
                .findFirst()
                .orElseThrow();
    }

    long panels() {
        return elements("g")
                .filter(group -> group.getAttribute("id").startsWith("panel-"))
                .count();
    }

    Stream<Element> elements(String name) {
        NodeList all = element.getElementsByTagNameNS("http://www.w3.org/2000/svg", name);
        return IntStream.range(0, all.getLength()).mapToObj(i -> (Element) all.item(i));
    }

    List<String> texts() {
        return elements("text").map(Element::getTextContent).toList();
    }

    /** Where everything but text is drawn, x and y in turn. */
    double[] places() {
        return PLACES.entrySet().stream()
                .flatMap(shape -> elements(shape.getKey())
                        .flatMap(drawn -> shape.getValue().stream().map(drawn::getAttribute)))
                .flatMapToDouble(value -> Arrays.stream(numbers(value)))
                .toArray();
    }

    /** The tips of the arrows, in the order in which they are drawn. */
    List<double[]> arrowTips() {
        List<double[]> tips = new ArrayList<>();
        elements("polygon").filter(head -> head.hasAttribute("fill")).forEach(head -> {
            double[] corners = numbers(head.getAttribute("points"));
            tips.add(new double[] {corners[0], corners[1]});
        });
        return tips;
    }

    /** The points of the polyline of that number, from 0, x and y in turn. */
    double[] curve(int number) {
        return numbers(elements("polyline").toList().get(number).getAttribute("points"));
    }

    private static double[] numbers(String list) {
        return Arrays.stream(list.split("[ ,]"))
                .filter(number -> !number.isEmpty())
                .mapToDouble(Double::parseDouble)
                .toArray();
    }
}
