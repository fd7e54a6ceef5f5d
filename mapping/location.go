package mapping

import (
	"strconv"
	"strings"
)

// The names that coordinates go by.
var (
	latitudeKeys  = []string{"latitude", "lat"}
	longitudeKeys = []string{"longitude", "lng", "lon", "long"}
	placeKeys     = []string{"label", "name", "address"}
)

// locationText is "[Location 52.52,13.40 Office]" if o has coordinates.
func locationText(o map[string]any) (string, bool) {
	latitude, longitude := coordinate(o, latitudeKeys, 90), coordinate(o, longitudeKeys, 180)
	if latitude == "" || longitude == "" {
		return "", false
	}
	text := "[Location " + latitude + "," + longitude
	if place := lineText(firstText(o, placeKeys)); place != "" {
		text += " " + place
	}
	return text + "]", true
}

// coordinate is a number between -limit and limit as it is written in o; empty
// if there is none.
func coordinate(o map[string]any, keys []string, limit float64) string {
	text := strings.TrimSpace(firstText(o, keys))
	degrees, err := strconv.ParseFloat(text, 64)
	if err != nil || !(degrees >= -limit && degrees <= limit) || len(text) > 32 {
		return ""
	}
	return text
}

// attributesLocation is the location that attributes hold, at their top or
// under "location".
func attributesLocation(attributes string) (string, bool) {
	v, ok := decodeJSON([]byte(attributes))
	if !ok {
		return "", false
	}
	o, ok := v.(map[string]any)
	if !ok {
		return "", false
	}
	if text, ok := locationText(o); ok {
		return text, true
	}
	inner, ok := o["location"].(map[string]any)
	if !ok {
		return "", false
	}
	return locationText(inner)
}
