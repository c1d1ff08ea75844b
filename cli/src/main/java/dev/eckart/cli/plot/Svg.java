package dev.eckart.cli.plot;

import java.io.StringWriter;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * An SVG document under construction, on a white background.
 *
 * <p>Styles are attributes of the elements, given as names and values in turn: more viewers read them than style
 * sheets.
 */
final class Svg {
    private static final String NAMESPACE = "http://www.w3.org/2000/svg";

    private final StringWriter text = new StringWriter();
    private final XMLStreamWriter xml;

    /**
     * A document of that many pixels.
     *
     * @param title what it is called
     * @param description what it shows, in words
     */
    Svg(int width, int height, String title, String description) {
        try {
            xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeCharacters("\n");
        } catch (XMLStreamException e) {
            throw unexpected(e);
        }
        open(
                "svg",
                "xmlns",
                NAMESPACE,
                "width",
                number(width),
                "height",
                number(height),
                "viewBox",
                "0 0 " + width + " " + height,
                "role",
                "img",
                "aria-labelledby",
                "title description",
                "font-family",
                "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif",
                "font-size",
                "13",
                "fill",
                Colours.TEXT);
        leaf("title", title, "id", "title");
        leaf("desc", description, "id", "description");
        empty("rect", "width", number(width), "height", number(height), "fill", Colours.BACKGROUND);
    }

    /** Starts an element; {@link #close} ends it. */
    void open(String name, String... attributes) {
        try {
            xml.writeStartElement(name);
            write(attributes);
            xml.writeCharacters("\n");
        } catch (XMLStreamException e) {
            throw unexpected(e);
        }
    }

    /** Ends the element that was opened last. */
    void close() {
        try {
            xml.writeEndElement();
            xml.writeCharacters("\n");
        } catch (XMLStreamException e) {
            throw unexpected(e);
        }
    }

    void line(double x1, double y1, double x2, double y2, String... attributes) {
        empty("line", with(attributes, "x1", number(x1), "y1", number(y1), "x2", number(x2), "y2", number(y2)));
    }

    void rectangle(double x, double y, double width, double height, String... attributes) {
        empty(
                "rect",
                with(attributes, "x", number(x), "y", number(y), "width", number(width), "height", number(height)));
    }

    void circle(double x, double y, double radius, String... attributes) {
        empty("circle", with(attributes, "cx", number(x), "cy", number(y), "r", number(radius)));
    }

    /** A line through points that are given as x and y in turn. */
    void polyline(double[] coordinates, String... attributes) {
        empty("polyline", with(attributes, "points", points(coordinates)));
    }

    /** An area whose corners are given as x and y in turn. */
    void polygon(double[] coordinates, String... attributes) {
        empty("polygon", with(attributes, "points", points(coordinates)));
    }

    /** A line of text that starts, or has its middle or end, on its base line at ({@code x}, {@code y}). */
    void text(double x, double y, String content, String... attributes) {
        leaf("text", content, with(attributes, "x", number(x), "y", number(y)));
    }

    /** Ends the document. */
    String finish() {
        try {
            xml.writeEndDocument();
            xml.writeCharacters("\n");
            xml.close();
        } catch (XMLStreamException e) {
            throw unexpected(e);
        }
        return text.toString();
    }

    /** A length to a hundredth of a pixel. */
    static String number(double pixels) {
        long hundredths = Math.round(pixels * 100);
        return hundredths % 100 == 0 ? Long.toString(hundredths / 100) : Double.toString(hundredths / 100.0);
    }

    private static String points(double[] coordinates) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < coordinates.length; i += 2) {
            points.append(i == 0 ? "" : " ")
                    .append(number(coordinates[i]))
                    .append(',')
                    .append(number(coordinates[i + 1]));
        }
        return points.toString();
    }

    private static String[] with(String[] attributes, String... own) {
        String[] all = new String[own.length + attributes.length];
        System.arraycopy(own, 0, all, 0, own.length);
        System.arraycopy(attributes, 0, all, own.length, attributes.length);
        return all;
    }

    private void leaf(String name, String content, String... attributes) {
        try {
            xml.writeStartElement(name);
            write(attributes);
            xml.writeCharacters(content);
            xml.writeEndElement();
            xml.writeCharacters("\n");
        } catch (XMLStreamException e) {
            throw unexpected(e);
        }
    }

    private void empty(String name, String... attributes) {
        try {
            xml.writeEmptyElement(name);
            write(attributes);
            xml.writeCharacters("\n");
        } catch (XMLStreamException e) {
            throw unexpected(e);
        }
    }

    private void write(String... attributes) throws XMLStreamException {
        for (int i = 0; i < attributes.length; i += 2) {
            xml.writeAttribute(attributes[i], attributes[i + 1]);
        }
    }

    private static IllegalStateException unexpected(XMLStreamException e) {
        return new IllegalStateException("Writing XML to memory failed", e);
    }
}
